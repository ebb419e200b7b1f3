package org.kgcoop.method.tower;

import org.kgcoop.method.TransferableMethod;

/**
 * A method that learns inside of the towers. What it learns belongs to no class, so that it answers
 * for classes of any name.
 */
public interface TowerMethod extends TransferableMethod {}
