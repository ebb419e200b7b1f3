/**
 * Commands that train and compare: one run, the protocols, the demo. Start at {@link
 * org.kgcoop.cli.experiment.ProtocolCommand}.
 */
@NullMarked
package org.kgcoop.cli.experiment;

import org.jspecify.annotations.NullMarked;
