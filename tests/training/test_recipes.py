import json

import pytest
from toy_bars import TOY

from clave.errors import TrainingError
from clave.training import recipes
from clave.training.recipes import paper, rhythm


@pytest.mark.parametrize("recipe", [TOY, rhythm(18), paper(latent_size=3, beta=1.0)], ids=lambda each: each.name)
def test_recipes_survive_json(recipe):
    assert recipes.recipe_from_dict(json.loads(json.dumps(recipes.recipe_to_dict(recipe)))) == recipe


def test_settings_of_another_kind_are_refused():
    with pytest.raises(TrainingError, match="not a recipe"):
        recipes.recipe_from_dict({"name": "x", "model": {"kind": "gan"}})
