/**
 * What the native libraries need: {@link org.kgcoop.natives.SystemRequirements} of the system, and
 * settings of JavaCPP before the first one is loaded.
 */
@NullMarked
package org.kgcoop.natives;

import org.jspecify.annotations.NullMarked;
