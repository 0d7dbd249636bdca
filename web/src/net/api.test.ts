import { afterEach, expect, test, vi } from "vitest";
import { NEW_PROJECT } from "../rules/project";
import { fetchExport, fetchFormats, ServerError } from "./api";

const answers = (response: Response) => vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(response)));

afterEach(() => vi.unstubAllGlobals());

test("formats are listed as the server has them, and nothing else is taken", async () => {
  const sfz = { name: "sfz", title: "SFZ kit", of: "kit", suffix: "-sfz.zip", media_type: "application/zip" };
  answers(Response.json([sfz]));
  expect(await fetchFormats()).toEqual([sfz]);
  answers(Response.json([{ name: "sfz" }]));
  await expect(fetchFormats()).rejects.toThrow();
});

test("a file comes with its name and with what is not in it", async () => {
  const headers = {
    "content-disposition": "attachment; filename*=UTF-8''%C3%9Cbung-sfz.zip",
    "clave-remarks": encodeURIComponent(JSON.stringify(["a kit has no filters"])),
  };
  answers(new Response("zip", { headers }));
  const { file, name, remarks } = await fetchExport(NEW_PROJECT, "sfz");
  expect([await file.text(), name, remarks]).toEqual(["zip", "Übung-sfz.zip", ["a kit has no filters"]]);
});

test("a refusal is said in the words of the server", async () => {
  answers(Response.json({ error: "a project is saved as midi", kind: "request" }, { status: 422 }));
  await expect(fetchExport(NEW_PROJECT, "pdf")).rejects.toThrow(ServerError);
});

test("a server that is busy is asked again when it says", async () => {
  vi.useFakeTimers();
  const busy = () => Response.json({ error: "the instrument is busy", kind: "busy" }, { status: 503, headers: { "retry-after": "1" } });
  const fetched = vi.fn().mockResolvedValueOnce(busy()).mockResolvedValueOnce(busy()).mockResolvedValue(Response.json([]));
  vi.stubGlobal("fetch", fetched);
  const asked = fetchFormats();
  await vi.advanceTimersByTimeAsync(1999);
  expect(fetched).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(await asked).toEqual([]);

  fetched.mockImplementation(() => Promise.resolve(busy()));
  const refused = expect(fetchFormats()).rejects.toThrow("the instrument is busy");
  await vi.advanceTimersByTimeAsync(60_000);
  await refused;
  expect(fetched).toHaveBeenCalledTimes(3 + 6);
  vi.useRealTimers();
});
