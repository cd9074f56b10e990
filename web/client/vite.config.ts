import { defineConfig } from "vite";

// The templates find the built files by their hashed names through manifest.json.
export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  build: {
    outDir: "../static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    // No inlined data: addresses, so that the content security policy can stay strict.
    assetsInlineLimit: 0,
    rollupOptions: { input: ["src/main.ts", "src/validate/main.ts", "src/findings/main.ts"] },
  },
});
