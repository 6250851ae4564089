/** Writes what docs/ holds of the sources: `npm run docs`. A test fails when it is not current. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { pages } from './docs/pages.ts'

mkdirSync('docs', { recursive: true })
for (const [file, text] of Object.entries(pages())) writeFileSync(`docs/${file}`, text)
