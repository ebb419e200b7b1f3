/**
 * Recomputes reference cases with the code that trains and evaluates. {@link
 * org.kgcoop.verify.Verifier} reads a folder and runs its cases.
 */
@NullMarked
package org.kgcoop.verify;

import org.jspecify.annotations.NullMarked;
