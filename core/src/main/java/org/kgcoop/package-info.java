/**
 * Prompt tuning for CLIP. Start at {@link org.kgcoop.clip} for the model and at {@link
 * org.kgcoop.method} for the methods. This package contains the base class of all errors, the
 * formatting of messages, and values that are computed once.
 */
@NullMarked
package org.kgcoop;

import org.jspecify.annotations.NullMarked;
