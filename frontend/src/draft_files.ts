/** Photos of drafts, kept by this browser alone (IndexedDB). Where there is no room or no right to
 * keep them, there is simply no draft of them: nothing here ever fails aloud. */

const NAME = "gridward";
const STORE = "drafts";
const DAYS = 3;

interface Kept {
  at: number;
  files: File[];
}

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

async function ask<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  try {
    const database = await open();
    try {
      return await new Promise<T>((done, failed) => {
        const line = database.transaction(STORE, mode);
        const asked = work(line.objectStore(STORE));
        line.oncomplete = () => done(asked.result);
        line.onerror = line.onabort = () => failed(line.error);
      });
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

export async function keepFiles(slot: string, files: File[]): Promise<void> {
  if (files.length === 0) return dropFiles(slot);
  const kept: Kept = { at: Date.now(), files };
  await ask("readwrite", (store) => store.put(kept, slot));
}

export async function keptFiles(slot: string): Promise<File[]> {
  const kept = (await ask("readonly", (store) => store.get(slot))) as Kept | null | undefined;
  if (!kept || Date.now() - kept.at > DAYS * 86_400_000) return [];
  return kept.files.filter((file) => file instanceof File);
}

export async function dropFiles(slot: string): Promise<void> {
  await ask("readwrite", (store) => store.delete(slot));
}
