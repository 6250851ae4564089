import { chosenMutations, type Mutation } from '../mutations.ts'
import type { Report } from '../report.ts'
import { expectExit, expectSame, expectText, type Site } from '../site.ts'

type Told = { drifted: { address: string; is: string; fields: { field: string; class: string }[] }[] }

/** Each drift with its class: what is repaired is repaired, and the plan after that is empty. */
export async function classes(report: Report, site: Site, isQuick: boolean): Promise<void> {
  for (const mutation of await chosenMutations(site, isQuick)) await isRepaired(report, site, mutation)
  for (const one of reportedOnly) await isReported(report, site, one)
}

async function told(site: Site, address: string): Promise<Told['drifted'][number]> {
  const { drifted } = JSON.parse(expectExit(await site.groundcrew(['drift', '--output', 'json']), 2).stdout) as Told
  const own = drifted.find((one) => one.address === address)
  if (own === undefined) throw new Error(JSON.stringify(drifted, undefined, 2))
  return own
}

async function isRepaired(report: Report, site: Site, { name, address, change, flags = [] }: Mutation): Promise<void> {
  await report.line(`${address}: ${name}: repaired`, async () => {
    await change(site)
    const own = await told(site, address)
    if (own.is === 'changed') expectSame([...new Set(own.fields.map((field) => field.class))], ['repaired'])
    expectExit(await site.apply(...flags), 0)
    expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
    return own.is === 'gone' ? 'gone' : own.fields.map(({ field }) => field).join(', ')
  })
}

type ReportedOnly = {
  name: string
  bucket: string
  field: string
  change(site: Site): Promise<unknown>
  undo(site: Site): Promise<unknown>
}

const reportedOnly: readonly ReportedOnly[] = [
  {
    name: 'a quota',
    bucket: 'spacelift-run-logs',
    field: 'quota',
    change: (site) => site.mc('quota', 'set', 'lab/spacelift-run-logs', '--size', '1GiB'),
    undo: (site) => site.mc('quota', 'clear', 'lab/spacelift-run-logs'),
  },
  {
    name: 'made anew with object lock',
    bucket: 'spacelift-states',
    field: 'objectLock',
    change: async (site) => {
      await site.mc('rb', '--force', 'lab/spacelift-states')
      await site.mc('mb', '--with-lock', 'lab/spacelift-states')
    },
    undo: async (site) => {
      await site.mc('rb', '--force', 'lab/spacelift-states')
      expectExit(await site.apply(), 0)
    },
  },
]

async function isReported(report: Report, site: Site, { name, bucket, field, change, undo }: ReportedOnly): Promise<void> {
  await report.line(`bucket/${bucket}: ${name}: reported only, and apply leaves it`, async () => {
    await change(site)
    try {
      const before = await told(site, `bucket/${bucket}`)
      expectSame(before.fields.find((one) => one.field === field)?.class, 'reported')
      expectExit(await site.apply(), 0)
      expectSame((await told(site, `bucket/${bucket}`)).fields, [before.fields.find((one) => one.field === field)])
      return undefined
    } finally {
      await undo(site)
    }
  })
}
