import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { folder, image, release } from './build.ts'
import { forms } from './forms.ts'

const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  how: fc.constantFrom('overwritten', 'put in', 'cut off'),
})
type Damage = { at: number; bytes: Uint8Array; how: string }

function damaged(whole: Buffer, { at, bytes, how }: Damage): Buffer {
  const where = Math.floor(at * whole.length)
  const [before, after] = [whole.subarray(0, where), whole.subarray(how === 'overwritten' ? where + bytes.length : where)]
  return how === 'cut off' ? before : Buffer.concat([before, bytes, after])
}

for (const { name, write } of forms)
  test(`${name}: a damaged archive is a problem, or still the same image`, async () => {
    await using dir = await folder()
    const built = await image('a:1', { bytes: 200 })
    const plain = await write(built)
    for (const whole of [plain, await release({ 'a.tar': plain })])
      await fc.assert(
        fc.asyncProperty(damage, async (position) => {
          const path = await dir.write('archive', damaged(whole, position))
          const read = await indexArchive(path, { cacheDir: `${dir.path}/${Math.floor(position.at * 1e6)}` }).catch((error: unknown) => {
            assert.instance(error, ProblemError, String(error))
          })
          for (const { config, platform } of read?.images ?? [])
            assert.equal([config.digest, platform], [built.configDigest, 'linux/amd64'])
        }),
        { seed: 20260, numRuns: 60 },
      )
  })

test.run()
