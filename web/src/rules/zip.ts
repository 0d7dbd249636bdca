/** Files in one ZIP archive, not compressed: sound does not get smaller. */

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const NO_DATE = 0x21; // 1 January 1980, the first that the format knows

export interface ZippedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The CRC-32 of ISO 3309, as ZIP has it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** Numbers of 2 and 4 bytes, little-endian, and bytes, one after the other. */
function packed(parts: readonly (readonly [bytes: 2 | 4, value: number] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const all = parts.map((part) => {
    if (part instanceof Uint8Array) return part;
    const [bytes, value] = part;
    return Uint8Array.from({ length: bytes }, (_, place) => (value >>> (8 * place)) & 0xff);
  });
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const bytes of all) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

/** An archive of these files, under 4 GiB in all. */
export function zipped(files: readonly ZippedFile[]): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const letters = new TextEncoder().encode(name);
    const [crc, size] = [crc32(content), content.length];
    const common = [[2, VERSION], [2, UTF8_NAMES], [2, 0], [2, 0], [2, NO_DATE], [4, crc], [4, size], [4, size], [2, letters.length], [2, 0]] as const; // prettier-ignore
    const local = packed([[4, LOCAL_HEADER], ...common, letters, content]);
    central.push(packed([[4, CENTRAL_HEADER], [2, VERSION], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset], letters]));
    locals.push(local);
    offset += local.length;
  }
  const directory = packed(central);
  const count = files.length;
  const end = packed([[4, END_OF_DIRECTORY], [2, 0], [2, 0], [2, count], [2, count], [4, directory.length], [4, offset], [2, 0]]);
  return packed([...locals, directory, end]);
}
