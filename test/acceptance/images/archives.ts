import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { builtByLayout, type Made, madeByTools, type Role, roles } from './archives/fixtures.ts'
import { badArchives, changedBehindOurBack } from './archives/invalidArchives.ts'
import { type Registry, registriesOf } from './archives/registries.ts'

export const archives: Check = {
  name: 'archives',
  about: 'every form of archive is pushed to every registry and pulled back whole by skopeo and crane; bad archives are refused',
  async run(report, isQuick) {
    await using installation = await LabInstallation.open({ registries: ['plain', 'token'] })
    const registries = await registriesOf(installation)
    const made = [...(await madeByTools(installation)), ...(await builtByLayout(installation))]
    for (const [i, form] of made.entries())
      for (const registry of isQuick ? [registries[i % registries.length] as Registry] : registries)
        await pushAndPull(report, installation, form, registry, `form${i}`)
    await badArchives(report, installation)
    await changedBehindOurBack(report, installation)
  },
}

async function pushAndPull(
  report: Report,
  installation: LabInstallation,
  form: Made,
  registry: Registry,
  repository: string,
): Promise<void> {
  await report.line(`${form.name}, to the ${registry.name} registry`, async () => {
    const file = await installation.withEdits('form', (it) => {
      it.setIn(['images', 'archive'], form.archive)
      if (form.platform) it.setIn(['images', 'platform'], form.platform)
      for (const role of roles) it.setIn(['images', role], `${registry.host}/${repository}/${role}`)
      registry.declare(it)
    })
    const state = await mkdtemp(join(installation.lab.dir, 'state-'))
    const args = ['--state', state, '-target', 'image', '-f', file]
    expectExit(await installation.groundcrew(['apply', '--auto-approve', ...args]), 0)
    for (const role of roles) {
      const reference = `${registry.host}/${repository}/${role}:v3.0.0`
      expectSame(
        [await bySkopeo(installation, registry, reference), await byCrane(installation, registry, reference)],
        Array(2).fill(form.configs[role]),
      )
    }
    expectText(expectExit(await installation.groundcrew(['plan', ...args]), 0).stdout, 'No changes')
    return digests(form)
  })
}

const digests = ({ configs }: Made): string => roles.map((role: Role) => configs[role].slice(0, 14)).join(', ')

/** skopeo checks every blob against its digest. */
async function bySkopeo(installation: LabInstallation, { skopeo }: Registry, reference: string): Promise<string> {
  const folder = await mkdtemp(join(installation.lab.dir, 'pulled-'))
  await installation.client('skopeo', 'copy', '--quiet', ...skopeo, `docker://${reference}`, `dir:${folder}`)
  const { config } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { config: { digest: string } }
  await rm(folder, { recursive: true })
  return config.digest
}

/** crane as well; its `validate` takes no layers that are plain or in zstd. */
async function byCrane(installation: LabInstallation, { crane }: Registry, reference: string): Promise<string> {
  const folder = await mkdtemp(join(installation.lab.dir, 'pulled-'))
  await installation.client('crane', 'pull', ...crane, reference, join(folder, 'image.tar'))
  const [{ Config } = { Config: '' }] = JSON.parse(
    await installation.client('tar', '-xOf', join(folder, 'image.tar'), 'manifest.json'),
  ) as {
    Config: string
  }[]
  await rm(folder, { recursive: true })
  return Config
}
