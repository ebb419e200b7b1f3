/** The builder on made-up drawings: no network, no package. */
@NullMarked
package org.kgcoop.corpus;

import org.jspecify.annotations.NullMarked;
