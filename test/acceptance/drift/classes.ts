import { expectExit, expectSame, expectText, type LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import { told } from './driftOf.ts'
import { chosenMutations, type Mutation } from './mutations.ts'

/** What is repaired is repaired, and the plan after that is empty. */
export async function classes(report: Report, site: LabInstallation, isQuick: boolean): Promise<void> {
  for (const mutation of await chosenMutations(site, isQuick)) await isRepaired(report, site, mutation)
}

async function isRepaired(report: Report, site: LabInstallation, { name, address, change, flags = [] }: Mutation): Promise<void> {
  await report.line(`${address}: ${name}: repaired`, async () => {
    await change(site)
    const own = await told(site, address)
    if (own.is === 'changed') expectSame([...new Set(own.fields.map((field) => field.class))], ['repaired'])
    expectExit(await site.apply(...flags), 0)
    expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
    const names = own.fields.map(({ field }) => field)
    return own.is === 'gone' ? 'gone' : names.length > 5 ? `${names.length} fields` : names.join(', ')
  })
}
