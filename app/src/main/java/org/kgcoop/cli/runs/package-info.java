/** Commands about stored runs. Start at {@link org.kgcoop.cli.runs.RunsCommand}. */
@NullMarked
package org.kgcoop.cli.runs;

import org.jspecify.annotations.NullMarked;
