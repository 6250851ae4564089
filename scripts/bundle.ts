/** Creates dist/, which `bin/groundcrew` runs if it exists. */
import { rmSync } from 'node:fs'
import { build } from 'esbuild'
import { options } from './bundle/options.ts'

rmSync('dist', { recursive: true, force: true })
const { metafile } = await build(options)
const outputs = Object.entries(metafile.outputs)
const bytes = outputs.reduce((sum, [, { bytes: size }]) => sum + size, 0)
console.log(`dist/groundcrew.js and ${outputs.length - 1} chunks, ${Math.round(bytes / 1024)} KiB`)
