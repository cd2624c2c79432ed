import {
  azureCandidate,
  azureExactCandidate,
  cloudRunCandidate,
  cloudRunMinimumCandidate,
  instanceGroupCandidate,
  scaleSetCandidate,
} from '../../../platforms/candidates/clouds.js';
import { conforms } from './conforms.js';

await conforms(
  azureCandidate,
  azureExactCandidate,
  scaleSetCandidate,
  cloudRunCandidate,
  cloudRunMinimumCandidate,
  instanceGroupCandidate,
);
