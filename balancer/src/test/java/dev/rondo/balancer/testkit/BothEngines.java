package dev.rondo.balancer.testkit;

import dev.rondo.balancer.config.EngineKind;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test that takes an {@link EngineKind} and runs once for each of the two that do the work. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@EnumSource(
        value = EngineKind.class,
        names = {"EVENT_LOOPS", "VIRTUAL_THREADS"})
public @interface BothEngines {}
