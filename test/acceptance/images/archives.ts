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
    await using site = await LabInstallation.open({ registries: ['plain', 'token'] })
    const registries = await registriesOf(site)
    const made = [...(await madeByTools(site)), ...(await builtByLayout(site))]
    for (const [i, form] of made.entries())
      for (const registry of isQuick ? [registries[i % registries.length] as Registry] : registries)
        await pushAndPull(report, site, form, registry, `form${i}`)
    await badArchives(report, site)
    await changedBehindOurBack(report, site)
  },
}

async function pushAndPull(report: Report, site: LabInstallation, form: Made, registry: Registry, repository: string): Promise<void> {
  await report.line(`${form.name}, to the ${registry.name} registry`, async () => {
    const file = await site.withEdits('form', (it) => {
      it.setIn(['images', 'archive'], form.archive)
      if (form.platform) it.setIn(['images', 'platform'], form.platform)
      for (const role of roles) it.setIn(['images', role], `${registry.host}/${repository}/${role}`)
      registry.declare(it)
    })
    const state = await mkdtemp(join(site.lab.dir, 'state-'))
    const args = ['--state', state, '-target', 'image', '-f', file]
    expectExit(await site.groundcrew(['apply', '--auto-approve', ...args]), 0)
    for (const role of roles) {
      const reference = `${registry.host}/${repository}/${role}:v3.0.0`
      expectSame([await bySkopeo(site, registry, reference), await byCrane(site, registry, reference)], Array(2).fill(form.configs[role]))
    }
    expectText(expectExit(await site.groundcrew(['plan', ...args]), 0).stdout, 'No changes')
    return digests(form)
  })
}

const digests = ({ configs }: Made): string => roles.map((role: Role) => configs[role].slice(0, 14)).join(', ')

/** skopeo checks every blob against its digest. */
async function bySkopeo(site: LabInstallation, { skopeo }: Registry, reference: string): Promise<string> {
  const folder = await mkdtemp(join(site.lab.dir, 'pulled-'))
  await site.client('skopeo', 'copy', '--quiet', ...skopeo, `docker://${reference}`, `dir:${folder}`)
  const { config } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { config: { digest: string } }
  await rm(folder, { recursive: true })
  return config.digest
}

/** crane as well; its `validate` takes no layers that are plain or in zstd. */
async function byCrane(site: LabInstallation, { crane }: Registry, reference: string): Promise<string> {
  const folder = await mkdtemp(join(site.lab.dir, 'pulled-'))
  await site.client('crane', 'pull', ...crane, reference, join(folder, 'image.tar'))
  const [{ Config } = { Config: '' }] = JSON.parse(await site.client('tar', '-xOf', join(folder, 'image.tar'), 'manifest.json')) as {
    Config: string
  }[]
  await rm(folder, { recursive: true })
  return Config
}
