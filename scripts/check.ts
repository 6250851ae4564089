/** Types, lint, import boundaries and the words of texts: run it before a commit. */
import { $ } from 'zx'

$.verbose = true
await $`tsc -p .`
await $`biome check .`
await $`node test/unit/boundaries.test.ts`
await $`node test/unit/language.test.ts`
