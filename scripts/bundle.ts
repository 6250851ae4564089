/**
 * Makes dist/: one entry and chunks for what is loaded only when it is needed, so that start-up reads few files and no
 * types have to be stripped. `bin/groundcrew` runs it when it is there.
 */
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: { groundcrew: 'src/bin.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  // CommonJS libraries inside an ES module still call require.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
})
const outputs = Object.entries(metafile.outputs)
const bytes = outputs.reduce((sum, [, { bytes: size }]) => sum + size, 0)
console.log(`dist/groundcrew.js and ${outputs.length - 1} chunks, ${Math.round(bytes / 1024)} KiB`)
