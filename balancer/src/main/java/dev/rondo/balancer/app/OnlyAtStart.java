package dev.rondo.balancer.app;

import dev.rondo.balancer.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * The keys that a reload cannot change: the listeners and what they are made with, the engine, where the access log goes, and
 * what descriptors were shared out for.
 *
 * @param key its path
 * @param shown whether its value may be told
 */
record OnlyAtStart(String key, boolean shown, Function<Configuration, ? extends Object> value) {
    private static final List<OnlyAtStart> ALL = List.of(
            new OnlyAtStart("server.host", true, c -> c.server().host()),
            new OnlyAtStart("server.port", true, c -> c.server().port()),
            new OnlyAtStart("server.backlog", true, c -> c.server().backlog()),
            new OnlyAtStart("server.max-tcp-connections", true, c -> c.server().maxTcpConnections()),
            new OnlyAtStart(
                    "server.enable-proxy-protocol", true, c -> c.server().enableProxyProtocol()),
            new OnlyAtStart("admin.host", true, c -> c.admin().host()),
            new OnlyAtStart("admin.port", true, c -> c.admin().port()),
            new OnlyAtStart("admin.writable", true, c -> c.admin().writable()),
            new OnlyAtStart(
                    "admin.token", false, c -> Objects.toString(c.admin().token())),
            new OnlyAtStart("engine", false, Configuration::engine),
            new OnlyAtStart("loops", true, Configuration::loops),
            new OnlyAtStart("access-log", false, Configuration::accessLog));

    /** A sentence for each that {@code wanted} has otherwise than the process was started with. */
    static List<String> stays(Configuration started, Configuration wanted) {
        List<String> stays = new ArrayList<>();
        for (OnlyAtStart key : ALL) {
            Object before = key.value.apply(started);
            if (before.equals(key.value.apply(wanted))) continue;
            String was = key.shown ? " " + before : " as it was";
            stays.add(key.key + " stays" + was + " until the process is started again");
        }
        // descriptors are shared out with it; to keep fewer is always possible
        int idle = started.limits().maxIdleUpstream();
        if (wanted.limits().maxIdleUpstream() > idle)
            stays.add("limits.max-idle-upstream stays " + idle + " until the process is started again");
        return stays;
    }
}
