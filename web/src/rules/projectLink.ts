/** A small project as text for the link: JSON, deflated, in the letters of base64url. */

import type { Project } from "./project";

const MAX_CHARACTERS = 8000; // what browsers and messengers take in an address
const MAX_BYTES = 4_000_000; // of the project that a link unfolds to

type Transformed = { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<BufferSource> };

async function through(bytes: Uint8Array<ArrayBuffer>, stream: Transformed, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const writing = write(bytes, stream.writable);
  writing.catch(() => undefined); // the reader fails as well
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = stream.readable.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    size += value!.length;
    if (size > limit) throw new RangeError(`the project in this link has more than ${limit} bytes`);
    parts.push(value!);
  }
  const whole = new Uint8Array(size);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

async function write(bytes: Uint8Array<ArrayBuffer>, stream: WritableStream<BufferSource>): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(bytes);
  await writer.close();
}

/** The project in letters that a link can hold, or null if it is too big for one. */
export async function writeProject(project: Project): Promise<string | null> {
  const packed = await through(new TextEncoder().encode(JSON.stringify(project)), new CompressionStream("deflate-raw"), Infinity);
  const letters = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return letters.length > MAX_CHARACTERS ? null : letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The pair of `writeProject`: JSON that is still to be checked. An error for letters that are none of it. */
export async function readProject(letters: string): Promise<string> {
  const packed = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await through(packed, new DecompressionStream("deflate-raw"), MAX_BYTES));
}

/** The letters in this link; null: none. */
export const projectIn = (link: string): string | null => new URLSearchParams(link.replace(/^#/, "")).get("z");
