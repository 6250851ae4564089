import { newAuthority } from '../../../scripts/lab/certificates.ts'
import type { LabInstallation } from '../support/installation.ts'
import { denyingRegistry, type FakeServer, muteServer } from './fakeServers.ts'
import { type ActiveFault, type Fault, processFaults, reasons } from './fault.ts'
import { kubernetesFaults } from './kubernetesFaults.ts'

type Edits = Readonly<Record<string, unknown>>

/** An edited copy beside the file, so that it has the same state. A path has bars where a key contains dots. */
async function fileFlags(installation: LabInstallation, edits: Edits): Promise<readonly string[]> {
  const file = await installation.withEdits('fault', (document) => {
    for (const [path, value] of Object.entries(edits)) document.setIn(path.split(path.includes('|') ? '|' : '.'), value)
  })
  return ['-f', file]
}

const withFile = (edits: (installation: LabInstallation) => Promise<Edits> | Edits) => async (installation: LabInstallation) => ({
  flags: await fileFlags(installation, await edits(installation)),
})

const withFakeServer =
  (start: (installation: LabInstallation) => Promise<FakeServer>, edits: (fake: FakeServer) => Edits) =>
  async (installation: LabInstallation): Promise<ActiveFault> => {
    const fake = await start(installation)
    return { flags: await fileFlags(installation, edits(fake)), end: fake.close }
  }

const otherCa = async (installation: LabInstallation) =>
  installation.write('other-ca.pem', (await newAuthority('another authority')).certificate)
const wrongPassword = (installation: LabInstallation) => installation.write('wrong-password', 'wrong-password')

const minioFaults: readonly Fault[] = [
  ...processFaults('MinIO', 'refused connection'),
  {
    server: 'MinIO',
    name: 'wrong CA',
    reason: reasons.certificate,
    begin: withFile(async (installation) => ({ 'objectStorage.caFile': await otherCa(installation) })),
  },
  {
    server: 'MinIO',
    name: 'wrong password',
    reason: reasons.credentials,
    isSample: true,
    begin: withFile(async (installation) => ({ 'objectStorage.admin.secretKey.file': await wrongPassword(installation) })),
  },
  {
    server: 'MinIO',
    name: 'unknown user',
    reason: reasons.credentials,
    begin: withFile(async (installation) => ({ 'objectStorage.admin.accessKey.file': await wrongPassword(installation) })),
  },
  {
    server: 'MinIO',
    name: 'missing right',
    reason: reasons.rights,
    begin: withFile(async (installation) => {
      await installation.mc('admin', 'user', 'add', 'lab', 'rightless', 'rightless-password')
      return {
        'objectStorage.admin.accessKey.file': await installation.write('rightless', 'rightless'),
        'objectStorage.admin.secretKey.file': await installation.write('rightless-password', 'rightless-password'),
      }
    }),
  },
  {
    server: 'MinIO',
    name: 'silent after the handshake',
    reason: reasons.silent,
    begin: withFakeServer(muteServer, ({ url, caFile }) => ({ 'objectStorage.endpoint': url, 'objectStorage.caFile': caFile })),
  },
]

const otherRegistry = ({ host, caFile }: FakeServer): Edits => ({
  registries: { [host]: { caFile, username: { file: './registry-username' }, password: { file: './registry-password' } } },
  'images.backend': `${host}/spacelift/backend`,
  'images.launcher': `${host}/spacelift/launcher`,
})

/** htpasswd has no rights, so the registry that denies is a fake. */
const registryFaults: readonly Fault[] = [
  ...processFaults('registry', 'refused connection'),
  {
    server: 'registry',
    name: 'wrong CA',
    reason: reasons.certificate,
    isSample: true,
    begin: withFile(async (installation) => ({ [`registries|${installation.lab.env.REGISTRY}|caFile`]: await otherCa(installation) })),
  },
  {
    server: 'registry',
    name: 'wrong password',
    reason: reasons.credentials,
    begin: withFile(async (installation) => ({
      [`registries|${installation.lab.env.REGISTRY}|password|file`]: await wrongPassword(installation),
    })),
  },
  { server: 'registry', name: 'missing right', reason: reasons.rights, begin: withFakeServer(denyingRegistry, otherRegistry) },
  { server: 'registry', name: 'silent after the handshake', reason: reasons.silent, begin: withFakeServer(muteServer, otherRegistry) },
]

/** For each server: refused, silent, wrong CA, wrong credentials, missing right, and silent after a finished TLS handshake. */
export const faults: readonly Fault[] = [...kubernetesFaults, ...minioFaults, ...registryFaults]
