import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { withoutDeclaredSecrets } from './declaredSecrets.ts'
import { driftOf } from './driftOf.ts'
import { bucketMutations } from './mutations/bucket.ts'
import { causesOf, expectEveryField, repairedFields } from './mutations/coverage.ts'
import { imageMutations } from './mutations/image.ts'
import type { Mutation } from './mutations/mutation.ts'
import { namespaceMutations } from './mutations/namespace.ts'
import { releaseMutations } from './mutations/release.ts'
import { secretMutations } from './mutations/secret.ts'

const test = acceptance(
  'every field of every kind, changed outside groundcrew: drift reports it, plan shows it, apply repairs it, nothing is left',
  () => LabInstallation.applied(),
)
const fields = new Set<string>()

for (const mutation of [...bucketMutations, ...secretMutations, ...imageMutations, ...releaseMutations, ...namespaceMutations]) {
  const register = mutation.isSample ? test : test.full
  register(`${mutation.address}: ${mutation.name}`, async (installation) => {
    try {
      return await reportedAndRepaired(installation, mutation)
    } catch (error) {
      // The next mutation starts from a repaired installation.
      await installation.apply(...flagsOf(installation, mutation))
      throw error
    }
  })
}

test('at the end everything matches the guide', (installation) => everythingMatchesGuide(installation))

test.full('every field in the state was changed by one of these mutations', (installation) => expectEveryField(installation, fields))

async function reportedAndRepaired(installation: LabInstallation, mutation: Mutation): Promise<string> {
  const flags = flagsOf(installation, mutation)
  await mutation.change(installation)
  const reported = await reportedByDrift(installation, mutation)
  const { stdout } = expectExit(await installation.plan(...flags), 2)
  expectText(stdout, mutation.address)
  expectText(stdout, mutation.planShows)
  const { seconds } = expectExit(await installation.apply(...flags), 0)
  const journal = (await installation.journals()).at(-1) ?? []
  expectSame(causesOf(journal, mutation.address), ['drifted'])
  for (const field of repairedFields(journal)) fields.add(field)
  await mutation.isRepaired(installation)
  expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
  await withoutDeclaredSecrets(installation, async () => expectExit(await installation.groundcrew(['drift']), 0))
  return `${reported}, repaired in ${seconds.toFixed(1)} s`
}

/** The fields that drift reports as to be repaired. */
async function reportedByDrift(installation: LabInstallation, { address }: Mutation): Promise<string> {
  const resource = await withoutDeclaredSecrets(installation, () => driftOf(installation, address))
  if (resource.is === 'gone') return 'gone'
  expectSame([...new Set(resource.fields.map((field) => field.class))], ['repaired'])
  const names = resource.fields.map(({ field }) => field)
  return names.length > 5 ? `${names.length} fields` : names.join(', ')
}

function flagsOf(installation: LabInstallation, { flags }: Mutation): readonly string[] {
  return flags?.(installation) ?? []
}

test.run()
