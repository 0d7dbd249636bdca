/** The files that were dropped on "Learn" or chosen there, until they are with the server. */

import { signal } from "@preact/signals";
import type { ToLearn } from "../rules/pathFiles";

export const filesToLearn = signal<ToLearn | null>(null);
