import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { newAuthority } from '../../../scripts/lab/certificates.ts'
import type { LabInstallation } from '../support/installation.ts'
import { muteServer } from './fakeServers.ts'
import { type ActiveFault, type Fault, processFaults, reasons } from './fault.ts'

type Kubeconfig = { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] }

const withKubeconfig = (edit: (config: Kubeconfig, installation: LabInstallation) => Promise<void>) => (installation: LabInstallation) =>
  kubeconfigFlags(installation, (config) => edit(config, installation))

async function kubeconfigFlags(installation: LabInstallation, edit: (config: Kubeconfig) => Promise<void>): Promise<ActiveFault> {
  const config = parse(await readFile(installation.lab.env.KUBECONFIG ?? '', 'utf8')) as Kubeconfig
  await edit(config)
  return { flags: ['--kubeconfig', await installation.write('kubeconfig-fault', stringify(config))] }
}

export const kubernetesFaults: readonly Fault[] = [
  ...processFaults('API server', 'refused connection'),
  {
    server: 'API server',
    name: 'wrong CA',
    reason: reasons.certificate,
    begin: withKubeconfig(async ({ clusters: [{ cluster }] }) => {
      cluster['certificate-authority-data'] = Buffer.from((await newAuthority('another authority')).certificate).toString('base64')
    }),
  },
  {
    server: 'API server',
    name: 'wrong credentials',
    reason: reasons.credentials,
    begin: withKubeconfig(async ({ users: [entry] }) => {
      entry.user = { token: 'wrong' }
    }),
  },
  {
    server: 'API server',
    name: 'missing right',
    reason: reasons.rights,
    isSample: true,
    begin: withKubeconfig(async ({ users: [entry] }, installation) => {
      entry.user = { token: (await installation.kubectl('create', 'token', 'default', '--namespace', 'default')).trim() }
    }),
  },
  {
    server: 'API server',
    name: 'silent after the handshake',
    reason: reasons.silent,
    begin: async (installation) => {
      const mute = await muteServer(installation)
      const { flags = [] } = await kubeconfigFlags(installation, async ({ clusters: [entry] }) => {
        entry.cluster = { server: mute.url, 'certificate-authority-data': mute.ca }
      })
      return { flags, end: mute.close }
    },
  },
]
