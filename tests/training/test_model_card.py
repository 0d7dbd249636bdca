from clave.training.model_card import model_card, write_metrics


def test_a_card_has_facts_metrics_and_settings(tmp_path):
    card = model_card(
        {"name": "mine", "bars": 3}, {"f1": 0.98765}, {"seed": 1}, kind="rhythm", measured_on="held-out bars"
    )
    assert card.splitlines() == [
        "# mine", "", "A rhythm space for Clave.", "", "| what |  |", "|---|---|", "| bars | 3 |", "",
        "## Measured on held-out bars", "", "| what | value |", "|---|---|", "| f1 | 0.9877 |", "",
        "## Settings", "", "```json", "{", '  "seed": 1', "}", "```",
    ]  # fmt: skip
    write_metrics(tmp_path, {"f1": 0.5})
    assert (tmp_path / "metrics.json").read_text() == '{\n  "f1": 0.5\n}\n'
