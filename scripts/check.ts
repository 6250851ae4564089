/** Types, lint and import boundaries: run it before a commit. */
import { $ } from 'zx'

$.verbose = true
await $`tsc -p .`
await $`biome check .`
await $`node test/unit/boundaries.test.ts`
