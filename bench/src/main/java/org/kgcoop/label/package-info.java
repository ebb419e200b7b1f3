/** Simulated sessions in the package of the sessions. */
@org.jspecify.annotations.NullMarked
package org.kgcoop.label;
