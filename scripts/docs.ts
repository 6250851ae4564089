/** Generates the pages of docs/ from the sources: `npm run docs`. A test fails if they are outdated. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { pages } from './docs/pages.ts'

mkdirSync('docs', { recursive: true })
for (const [file, text] of Object.entries(pages())) writeFileSync(`docs/${file}`, text)
