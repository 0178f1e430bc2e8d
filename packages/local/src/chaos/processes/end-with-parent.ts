/** Loaded before the main file of each process of a chaos run: when whoever started it is gone, it ends too. */
import { stopWithParent } from '../../stack/stop-with-parent.ts';

stopWithParent();
