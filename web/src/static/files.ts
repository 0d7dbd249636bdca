/** The files that a page without a server came with. They are compressed, since not every host does so. */

/** The bytes of a file of this folder, `base`; an Error for one that is not there. */
export async function readFile(base: string, name: string): Promise<ArrayBuffer> {
  const response = await fetch(`${base}${name}`);
  if (!response.ok) throw new Error(`${name} is not there (${response.status}): the page was not copied as a whole`);
  const bytes = await response.arrayBuffer();
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== 0x1f || second !== 0x8b) return bytes; // a host that knows gzip has unpacked it on the way
  return new Response(new Response(bytes).body!.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** The same of a file in JSON. */
export const readJsonFile = async (base: string, name: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await readFile(base, `${name}.json.gz`)));
