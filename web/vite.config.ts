import { defineConfig } from "vite";
import { fileURLToPath } from "node:url";
import { toyServer } from "./dev/toyServer.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `CLAVE_SERVER=http://127.0.0.1:8765 npm run dev` develops against the real instrument; without it a toy one answers.
const server = process.env["CLAVE_SERVER"];

export default defineConfig({
  base: "./", // the page works at any address
  resolve: { alias: [{ find: /^\.\/format\.js$/, replacement: here("src/rules/noFormats.ts") }] }, // of the schema checker: our messages name no format
  plugins: server ? [] : [toyServer()],
  server: server ? { proxy: { "/api": { target: server, changeOrigin: true, ws: true, headers: { origin: new URL(server).origin } } } } : {},
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false }, // browsers of this target know it
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", test: /src(?!.*soundMapDrawing)/, minShareCount: 2 }] } } }, // one file compresses better than several; dots of sound maps are drawn later
  },
});
