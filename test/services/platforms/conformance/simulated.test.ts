import { execCandidate } from '../../../platforms/candidates/exec.js';
import { addingCandidate, omnistrateCandidate, settingCandidate } from '../../../platforms/candidates/simulated.js';
import { conforms } from './conforms.js';

await conforms(omnistrateCandidate, settingCandidate, addingCandidate, execCandidate);
