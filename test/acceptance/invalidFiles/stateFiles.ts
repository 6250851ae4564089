import { LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { editedStates } from './stateFiles/edited.ts'
import { fullDisk } from './stateFiles/full.ts'
import { orderOfWriting } from './stateFiles/order.ts'
import { readOnlyFolders } from './stateFiles/readOnly.ts'

export const stateFiles: Check = {
  name: 'stateFiles',
  about: 'the state on disk: written whole or not at all, on full and read-only disks, cut short, edited, of a newer version',
  async run(report) {
    await using site = await LabInstallation.open()
    await fullDisk(report, site)
    await site.apply()
    await orderOfWriting(report, site)
    await editedStates(report, site)
    await readOnlyFolders(report, site)
  },
}
