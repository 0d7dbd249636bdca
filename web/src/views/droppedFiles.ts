/** All files of a drop, those in dropped folders included. */
export async function filesOfDrop(event: DragEvent): Promise<File[]> {
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...(event.dataTransfer?.files ?? [])]; // files that are in no file system
  const walk = async (entry: FileSystemEntry): Promise<File[]> => {
    if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    const inside: FileSystemEntry[] = [];
    for (;;) {
      const more = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject)); // 100 at a time
      if (more.length === 0) break;
      inside.push(...more);
    }
    return (await Promise.all(inside.map(walk))).flat();
  };
  return (await Promise.all(entries.map(walk))).flat();
}
