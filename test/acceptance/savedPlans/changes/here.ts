import { appendFile, cp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeReleaseArchive } from '../../../../scripts/lab/inputs/releaseArchive.ts'
import { type LabInstallation, repository } from '../../support/installation.ts'
import type { Command } from '../../support/run.ts'
import type { Bench } from '../bench.ts'
import type { Change } from './change.ts'

const in_ = (bench: Bench, name: string): string => join(bench.site.folder, name)

const edited = (name: string, from: string | RegExp, to: string) => async (bench: Bench) => {
  const text = await readFile(in_(bench, name), 'utf8')
  if (text.replace(from, to) === text) throw new Error(`${name} holds no ${from}`)
  await writeFile(in_(bench, name), text.replace(from, to))
  return undefined
}

const CHART = 'approved-chart/Chart.yaml'
const STATE = 'state/installation.json'

/** On this machine: the file, what it refers to, groundcrew itself. */
export const here: readonly Change[] = [
  {
    name: 'the file',
    reason: /Changed since it was made: desired-state\.yaml\./,
    touches: ['approved.yaml'],
    isSample: true,
    make: async (bench) => void (await appendFile(bench.file, '# a remark\n')),
  },
  {
    name: 'an input behind env',
    reason: /Changed since it was made: the secret behind \/admin\/password\./,
    isSample: true,
    make: async () => ({ env: { ACCEPT_ADMIN_PASSWORD: 'another-password-4tR' } }),
  },
  {
    name: 'an input behind file',
    reason: /Changed since it was made: the secret behind \/admin\/username\./,
    touches: ['canary-admin-name'],
    make: async (bench) => void (await writeFile(in_(bench, 'canary-admin-name'), 'another-admin\n')),
  },
  {
    name: 'an input behind command',
    reason: /Changed since it was made: the secret behind \/database\/url\./,
    touches: ['canary-database-url'],
    make: edited('canary-database-url', 'db.example.com', 'db2.example.com'),
  },
  {
    name: 'the encryption key',
    reason: /Changed since it was made: the encryption key/,
    touches: ['encryption.pem'],
    make: async (bench) => {
      await bench.site.client(
        'openssl',
        'genpkey',
        '-quiet',
        '-algorithm',
        'RSA',
        '-pkeyopt',
        'rsa_keygen_bits:4096',
        '-out',
        in_(bench, 'encryption.pem'),
      )
      return undefined
    },
  },
  {
    name: 'the chart: the same version with other bytes',
    reason: /Changed since it was made: the chart\./,
    touches: ['approved-chart'],
    isSample: true,
    make: async (bench) => void (await appendFile(in_(bench, 'approved-chart/values.yaml'), '\n# a remark\n')),
  },
  {
    name: 'the chart: another version',
    reason: /Changed since it was made: the chart\./,
    touches: ['approved-chart'],
    make: edited(CHART, /^version: .*$/m, 'version: 9.9.9'),
  },
  {
    name: 'the archive: other content',
    reason: /Changed since it was made: the release archive\./,
    touches: ['self-hosted-v3.0.0.tar.gz'],
    make: async (bench) => void (await writeReleaseArchive(in_(bench, 'self-hosted-v3.0.0.tar.gz'), 'v3.0.0', 2 ** 19)),
  },
  {
    name: "the state's serial",
    reason: /Changed since it was made: the state \(something was applied since\)\./,
    touches: ['state'],
    isSample: true,
    make: async (bench) => void (await bench.run(['state', 'rm', 'bucket/spacelift-modules'])),
  },
  {
    name: "the state's lineage",
    reason: /Changed since it was made: the state \(another one\)\./,
    touches: ['state'],
    make: edited(STATE, /"lineage": "[^"]*"/, '"lineage": "of-another-state"'),
  },
  {
    name: "groundcrew's version",
    reason: /Changed since it was made: groundcrew’s version \(\S+, now 99\.0\.0\)\./,
    make: async (bench) => ({ program: await otherVersion(bench.site) }),
  },
]

async function otherVersion(site: LabInstallation): Promise<Command> {
  const folder = join(site.lab.dir, 'other-groundcrew')
  await rm(folder, { recursive: true, force: true })
  await cp(join(repository, 'src'), join(folder, 'src'), { recursive: true })
  for (const name of ['package.json', 'node_modules']) await symlink(join(repository, name), join(folder, name))
  await writeFile(join(folder, 'src/version.ts'), "export const VERSION = '99.0.0'\n")
  return [process.execPath, '--disable-warning=ExperimentalWarning', join(folder, 'src/bin.ts')]
}
