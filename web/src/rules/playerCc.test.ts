import { expect, test } from "vitest";
import live from "../../../tests/fixtures/live.json";
import { controlChanges, PLAYER_CONTROLS, USUAL_NUMBERS } from "./playerCc";

test("the player's bar becomes the same control changes as in Python", () => {
  for (const { address, values, changes } of live.player_cc) expect(controlChanges(address, values, USUAL_NUMBERS)).toEqual(changes);
  expect(PLAYER_CONTROLS).toHaveLength(USUAL_NUMBERS.length);
});
