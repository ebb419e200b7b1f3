/**
 * Files and folders: atomic writes, locks, JSON, digests, and the user's cache folders. Every other
 * package may use this one.
 */
@NullMarked
package org.kgcoop.files;

import org.jspecify.annotations.NullMarked;
