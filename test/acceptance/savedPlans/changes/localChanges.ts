import { appendFile, cp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeReleaseArchive } from '../../../../scripts/lab/inputs/releaseArchive.ts'
import { type LabInstallation, repository } from '../../support/installation.ts'
import type { Command } from '../../support/run.ts'
import type { PlanFixture } from '../planFixture.ts'
import type { Change } from './change.ts'

const edited = (name: string, from: string | RegExp, to: string) => async (fixture: PlanFixture) => {
  const text = await readFile(fixture.path(name), 'utf8')
  if (text.replace(from, to) === text) throw new Error(`${name} does not contain ${from}`)
  await writeFile(fixture.path(name), text.replace(from, to))
  return undefined
}

const CHART = 'approved-chart/Chart.yaml'
const STATE = 'state/installation.json'

/** On this machine: the file, what it references, groundcrew itself. */
export const localChanges: readonly Change[] = [
  {
    name: 'the file',
    reason: /Changed since it was saved: desired-state\.yaml\./,
    touches: ['approved.yaml'],
    isSample: true,
    make: async (fixture) => void (await appendFile(fixture.file, '# a remark\n')),
  },
  {
    name: 'an input referenced by env',
    reason: /Changed since it was saved: the secret at \/admin\/password\./,
    make: async () => ({ env: { ACCEPT_ADMIN_PASSWORD: 'another-password-4tR' } }),
  },
  {
    name: 'an input referenced by file',
    reason: /Changed since it was saved: the secret at \/admin\/username\./,
    touches: ['canary-admin-name'],
    make: async (fixture) => void (await writeFile(fixture.path('canary-admin-name'), 'another-admin\n')),
  },
  {
    name: 'an input referenced by command',
    reason: /Changed since it was saved: the secret at \/database\/url\./,
    touches: ['canary-database-url'],
    make: edited('canary-database-url', 'db.example.com', 'db2.example.com'),
  },
  {
    name: 'the encryption key',
    reason: /Changed since it was saved: the encryption key/,
    touches: ['encryption.pem'],
    make: async (fixture) => {
      const algorithm = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:4096']
      await fixture.installation.client('openssl', 'genpkey', '-quiet', ...algorithm, '-out', fixture.path('encryption.pem'))
      return undefined
    },
  },
  {
    name: 'the chart: other bytes in the same version',
    reason: /Changed since it was saved: the chart\./,
    touches: ['approved-chart'],
    isSample: true,
    make: async (fixture) => void (await appendFile(fixture.path('approved-chart/values.yaml'), '\n# a remark\n')),
  },
  {
    name: 'the chart: another version',
    reason: /Changed since it was saved: the chart\./,
    touches: ['approved-chart'],
    make: edited(CHART, /^version: .*$/m, 'version: 9.9.9'),
  },
  {
    name: 'the archive: other content',
    reason: /Changed since it was saved: the release archive\./,
    touches: ['self-hosted-v3.0.0.tar.gz'],
    make: async (fixture) => void (await writeReleaseArchive(fixture.path('self-hosted-v3.0.0.tar.gz'), 'v3.0.0', 2 ** 19)),
  },
  {
    name: "the state's serial",
    reason: /Changed since it was saved: the state \(changed by another apply\)\./,
    touches: ['state'],
    isSample: true,
    make: async (fixture) => void (await fixture.run(['state', 'rm', 'bucket/spacelift-modules'])),
  },
  {
    name: "the state's lineage",
    reason: /Changed since it was saved: the state \(a different one\)\./,
    touches: ['state'],
    make: edited(STATE, /"lineage": "[^"]*"/, '"lineage": "of-another-state"'),
  },
  {
    name: "groundcrew's version",
    reason: /Changed since it was saved: groundcrew's version \(\S+, now 99\.0\.0\)\./,
    make: async (fixture) => ({ program: await otherVersion(fixture.installation) }),
  },
]

async function otherVersion(installation: LabInstallation): Promise<Command> {
  const folder = join(installation.lab.dir, 'other-groundcrew')
  await rm(folder, { recursive: true, force: true })
  await cp(join(repository, 'src'), join(folder, 'src'), { recursive: true })
  for (const name of ['package.json', 'node_modules']) await symlink(join(repository, name), join(folder, name))
  await writeFile(join(folder, 'src/version.ts'), "export const VERSION = '99.0.0'\n")
  return [process.execPath, '--disable-warning=ExperimentalWarning', join(folder, 'src/bin.ts')]
}
