import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import type { BucketFacts } from '../../src/kinds/bucket/facts.ts'
import { bucket } from '../../src/kinds/bucket.ts'
import type { Recorded } from '../../src/kinds/kind.ts'
import { address } from '../../src/values/address.ts'
import { codeOf } from '../unit/kinds/bucket/fakeStore.ts'
import { apply, asWorld, type Context, mc, named, plan, storeSuite } from './objectStoreSupport.ts'

const objectStore = storeSuite('object store')

objectStore('a bucket is created as declared, mc shows the same, and the next plan is empty', async (context) => {
  await apply(context, named('created'))
  assert.match(await mc(context, 'version', 'info', 'lab/created'), 'enabled')
  const rules = JSON.parse(await mc(context, 'ilm', 'rule', 'export', 'lab/created')) as { Rules: { ID: string }[] }
  assert.equal(
    rules.Rules.map((rule) => rule.ID),
    ['expire-after-60-days', 'expire-noncurrent-after-7-days'],
  )
  assert.equal((await plan(context, named('created'))).edits, [])
})

/** One change by another client for every fact; `pointer`: the start of the pointer of its difference. */
const MUTATIONS: readonly { name: string; pointer: string; mutate: (context: Context, path: string) => Promise<unknown> }[] = [
  { name: 'versioning', pointer: '/versioning', mutate: (context, path) => mc(context, 'version', 'suspend', path) },
  {
    name: 'excluded prefixes',
    pointer: '/excludedPrefixes/2024',
    mutate: (context, path) => mc(context, 'version', 'enable', path, '--excluded-prefixes', '2024'),
  },
  {
    name: 'excluded folders',
    pointer: '/excludeFolders',
    mutate: (context, path) => mc(context, 'version', 'enable', path, '--exclude-folders'),
  },
  {
    name: 'a foreign expiry',
    pointer: '/rules/all objects: expire current versions#2',
    mutate: (context, path) => mc(context, 'ilm', 'rule', 'add', '--expire-days', '90', path),
  },
  {
    name: 'rules with filters, both actions in one',
    pointer: '/rules/prefix 007',
    mutate: (context, path) =>
      mc(
        context,
        'ilm',
        'rule',
        'add',
        '--prefix',
        '007',
        '--tags',
        'a=1&b=2',
        '--size-gt',
        '1MiB',
        '--expire-days',
        '9',
        '--noncurrent-expire-days',
        '2',
        '--noncurrent-expire-newer',
        '3',
        path,
      ),
  },
  {
    name: 'delete markers',
    pointer: '/rules/all objects: remove delete markers with nothing behind them',
    mutate: (context, path) => mc(context, 'ilm', 'rule', 'add', '--expire-delete-marker', path),
  },
  {
    name: 'all versions',
    pointer: '/rules/all objects: expire all versions',
    mutate: (context, path) => mc(context, 'ilm', 'rule', 'add', '--expire-days', '3', '--expire-all-object-versions', path),
  },
  {
    name: 'days',
    pointer: '/rules/all objects: expire current versions/days',
    mutate: (context, path) => edit(context, path, '--expire-days', '50'),
  },
  {
    name: 'a disabled rule',
    pointer: '/rules/all objects: expire current versions/enabled',
    mutate: (context, path) => edit(context, path, '--disable'),
  },
  {
    name: 'no rules',
    pointer: '/rules/all objects: expire noncurrent versions',
    mutate: (context, path) => mc(context, 'ilm', 'rule', 'rm', '--all', '--force', path),
  },
  { name: 'a policy', pointer: '/policy', mutate: (context, path) => mc(context, 'anonymous', 'set', 'download', path) },
]

const edit = (context: Context, path: string, ...flags: string[]) =>
  mc(context, 'ilm', 'rule', 'edit', '--id', 'expire-after-60-days', ...flags, path)

for (const { name: mutation, pointer, mutate } of MUTATIONS)
  objectStore(`changed with mc: ${mutation} is planned and repaired, and the next plan is empty`, async (context) => {
    const name = mutation.replaceAll(/[ ,]+/g, '-')
    await apply(context, named(name))
    await mutate(context, `lab/${name}`)
    const { edits } = await plan(context, named(name))
    assert.ok(
      edits.some((edit) => edit.pointer.startsWith(pointer)),
      edits.map((edit) => edit.pointer).join('\n'),
    )
    await apply(context, named(name))
    assert.equal((await plan(context, named(name))).edits, [])
  })

objectStore(
  'the four spellings of all objects, and ids and prefixes that look like numbers, are read from the server as they are',
  async (context) => {
    await context.store.createBucket('spelt')
    const filters = [{}, { Filter: {} }, { Filter: { Prefix: '' } }, { Prefix: '' }, { Filter: { Prefix: '2024' } }]
    const Rules = filters.map((filter, i) => ({ ID: `00${i}`, Status: 'Enabled', Expiration: { Days: i + 1 }, ...filter }))
    const file = join(context.lab.dir, 'rules.json')
    await writeFile(file, JSON.stringify({ Rules }))
    await promisify(execFile)('bash', ['-c', `mc ilm rule import lab/spelt < '${file}'`], { env: { ...process.env, ...context.lab.env } })
    const read = await context.store.bucket('spelt')
    assert.equal(read.is === 'present' && read.value.rules.map((rule) => [rule.id, rule.filter.prefix]), [
      ['000', ''],
      ['001', ''],
      ['002', ''],
      ['003', ''],
      ['004', '2024'],
    ])
  },
)

objectStore(
  'objects, old versions and delete markers make a bucket not empty; then an expiry is a risk, and removal refused',
  async (context) => {
    const declared = named('filled')
    await apply(context, { ...declared, expireAfterDays: 90 })
    assert.equal((await plan(context, declared)).basis, { empty: true })
    await promisify(execFile)('bash', ['-c', 'echo x | mc pipe lab/filled/x'], { env: { ...process.env, ...context.lab.env } })
    await mc(context, 'rm', 'lab/filled/x')
    const change = await plan(context, declared)
    assert.equal(change.basis, { empty: false })
    assert.is(bucket.impact(change).dataAtRisk.length, 1)
    const recorded = { address: address('bucket', 'filled') } as Recorded<BucketFacts>
    const remove = async () =>
      bucket.remove(asWorld(context.store).work(), recorded, await bucket.observe(asWorld(context.store).work(), recorded))
    assert.is(await codeOf(remove), 'bucket/not-empty')
    assert.is(await codeOf(() => context.store.removeBucket('filled')), 'minio/bucket-not-empty')
    await mc(context, 'rm', '--recursive', '--versions', '--force', 'lab/filled')
    await remove()
    assert.is((await context.store.bucket('filled')).is, 'absent')
  },
)

objectStore('a change between plan and apply is not overwritten', async (context) => {
  await apply(context, named('raced'))
  const change = await plan(context, { ...named('raced'), expireAfterDays: 90 })
  await edit(context, 'lab/raced', '--expire-days', '30')
  assert.is(await codeOf(() => bucket.converge(asWorld(context.store).work(), change)), 'bucket/changed-meanwhile')
})

objectStore('a bucket that another client created meanwhile is reported', async (context) => {
  await context.store.createBucket('twice')
  assert.is(await codeOf(() => context.store.createBucket('twice')), 'minio/bucket-exists')
})

objectStore('eleven buckets are read with 33 GET requests', async (context) => {
  const trace = await context.lab.traceMinio()
  await Promise.all(Array.from({ length: 11 }, (_, i) => context.store.bucket(`missing-${i}`)))
  const requests = (await trace.stop()).filter((request) => request.path.startsWith('/missing-'))
  assert.is(requests.length, 33)
  assert.equal([...new Set(requests.map((request) => request.method))], ['GET'])
})

objectStore.run()
