package org.kgcoop.method.encoder;

import org.kgcoop.method.TransferableMethod;

/**
 * A method that learns inside of the encoders. What it learns belongs to no class, so that it
 * answers for classes of any name.
 */
public interface EncoderMethod extends TransferableMethod {}
