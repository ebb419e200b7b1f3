/**
 * Files and folders: writes that happen whole or not at all, locks, JSON, digests, the user's cache
 * folders. A leaf that every other package may use.
 */
@NullMarked
package org.kgcoop.files;

import org.jspecify.annotations.NullMarked;
