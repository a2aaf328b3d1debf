package dev.rondo.balancer.testkit;

import java.util.List;
import java.util.Locale;

/**
 * A field line.
 *
 * @param name as it came
 * @param value without the white space around it
 */
public record Field(String name, String value) {
    /** Whether this is {@code other}, whatever the case. */
    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /** The values of all lines named {@code name}, in order. */
    public static List<String> values(List<Field> fields, String name) {
        return fields.stream().filter(f -> f.is(name)).map(Field::value).toList();
    }

    /** Whether {@code name} has {@code element} in its list, whatever the case. */
    public static boolean lists(List<Field> fields, String name, String element) {
        for (String value : values(fields, name)) {
            for (String one : value.toLowerCase(Locale.ROOT).split(",", -1)) {
                if (one.strip().equals(element)) return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return name + ": " + value;
    }
}
