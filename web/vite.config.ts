import { defineConfig } from "vite";
import { toyServer } from "./dev/toyServer.ts";

// `CLAVE_SERVER=http://127.0.0.1:8765 npm run dev` develops against the real instrument; without it a toy one answers.
const server = process.env["CLAVE_SERVER"];

export default defineConfig({
  base: "./", // the page works at any address
  plugins: server ? [] : [toyServer()],
  server: server ? { proxy: { "/api": { target: server, changeOrigin: true } } } : {},
  build: { target: "es2022", assetsInlineLimit: 0 },
});
