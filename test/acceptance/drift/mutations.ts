import { differences, showPointer } from '../../../src/plan/diff.ts'
import type { JournalRecord } from '../../../src/state/journal.ts'
import { type Address, kindOf } from '../../../src/values/address.ts'
import type { FactMap } from '../../../src/values/json.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { bucketMutations } from './mutations/bucket.ts'
import { imageMutations } from './mutations/image.ts'
import type { Mutation } from './mutations/mutation.ts'
import { namespaceMutations } from './mutations/namespace.ts'
import { releaseMutations } from './mutations/release.ts'
import { secretMutations } from './mutations/secret.ts'

export const mutations: Check = {
  name: 'mutations',
  about: 'every fact field of every kind changed by a foreign client: shown, repaired, and then nothing is left',
  async run(report, isQuick) {
    await using site = await LabInstallation.applied()
    const chosen = await chosenMutations(site, isQuick)
    const touched = new Set<string>()
    for (const mutation of chosen) await showAndRepair(report, site, mutation, touched)
    await report.line("at the end everything is the guide's again", async () => {
      await everythingMatchesGuide(site)
      return `${chosen.length} mutations`
    })
    if (!isQuick) await report.line('no fact field was left out', () => everyField(site, touched))
  },
}

export type { Mutation }

/** All of them, or a sample of each kind. */
export async function chosenMutations(site: LabInstallation, isQuick: boolean): Promise<readonly Mutation[]> {
  const all = [
    ...bucketMutations,
    ...(await secretMutations(site)),
    ...imageMutations,
    ...(await releaseMutations(site)),
    ...namespaceMutations,
  ]
  return isQuick ? all.filter(({ isSample }) => isSample) : all
}

async function showAndRepair(report: Report, site: LabInstallation, mutation: Mutation, touched: Set<string>): Promise<void> {
  const { address, change, name, shows, flags = [] } = mutation
  const isFine = await report.line(`${address}: ${name}`, async () => {
    await change(site)
    const plan = expectExit(await site.plan(...flags), 2)
    expectText(plan.stdout, address)
    expectText(plan.stdout, shows)
    const apply = expectExit(await site.apply(...flags), 0)
    for (const field of fieldsOf((await site.journals()).at(-1) ?? [])) touched.add(field)
    await mutation.repaired?.(site)
    expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
    return `repaired in ${apply.seconds.toFixed(1)} s`
  })
  // The next mutation is judged by itself.
  if (!isFine) await site.apply(...flags)
}

/** `bucket:versioning.status` for each field that an apply found different, by its journal. */
function fieldsOf(journal: readonly JournalRecord[]): string[] {
  const plans = journal.flatMap((record) => (record.type === 'begin' ? record.plan : []))
  const changed = plans.filter(({ action }) => action !== 'create' && action !== 'recover')
  return changed.flatMap(({ address, edits }) => edits.map(({ field }) => nameOf(address, field)))
}

/** The fields are those that groundcrew itself remembers of each resource: a new one without a mutation shows here. */
async function everyField(site: LabInstallation, touched: ReadonlySet<string>): Promise<string> {
  const { resources } = await site.readState()
  const facts = Object.entries(resources).flatMap(([address, { facts }]) =>
    differences({}, facts as FactMap).map(({ pointer }) => nameOf(address, showPointer(pointer))),
  )
  const all = new Set(facts)
  const isTouched = (field: string) =>
    [...touched].some((one) => one === field || one.startsWith(`${field}.`) || one.startsWith(`${field}[`))
  const missing = [...all].filter((field) => !isTouched(field) && !onlyAsAWhole.some((pattern) => pattern.test(field)))
  if (missing.length > 0) throw new Error(`never changed by any mutation:\n${missing.join('\n')}`)
  return `${all.size} fields remembered, ${touched.size} changed`
}

/** Facts that a foreign client can only change together with the whole resource, which is a mutation of its own; and the objects of the release, which have a check of their own. */
const onlyAsAWhole: readonly RegExp[] = [/^image:reference$/, /^namespace:phase$/, /^release:objects\b/]

// Resources of a kind have the same fields, so one stands for all; but each key of a secret is a field of its own.
const nameOf = (address: string, field: string): string => `${field.startsWith('keys.') ? address : kindOf(address as Address)}:${field}`
