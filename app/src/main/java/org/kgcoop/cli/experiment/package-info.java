/**
 * Commands that train and compare: single runs, protocols and the demo. Start at {@link
 * org.kgcoop.cli.experiment.ProtocolCommand}.
 */
@NullMarked
package org.kgcoop.cli.experiment;

import org.jspecify.annotations.NullMarked;
