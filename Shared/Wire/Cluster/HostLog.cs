using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Federated.Wire.Cluster;

/// <summary>Where <see cref="HostLog"/> finds the host's loggers.</summary>
/// <param name="loggers">The host's loggers.</param>
public sealed class HostLogSetup(ILoggerFactory loggers) : Setup
{
    /// <summary>The host's loggers.</summary>
    public ILoggerFactory Loggers { get; } = loggers;
}

/// <summary>Writes what Akka and the actors log to the host's loggers: the message alone, under the name of the class that said it, so that filters
/// work by name and a line is a sentence. Needs a <see cref="HostLogSetup"/> in the actor system's setup.</summary>
public sealed class HostLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <summary>For Akka, which makes it as one of <c>akka.loggers</c>.</summary>
    public HostLog()
    {
        var loggers = Context.System.Settings.Setup.Get<HostLogSetup>().GetOrElse(null!)?.Loggers
            ?? throw new InvalidOperationException($"{nameof(HostLog)} needs a {nameof(HostLogSetup)} in the actor system's setup.");
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(e =>
        {
            var speaker = Speaker(e);
            loggers.CreateLogger(speaker.FullName ?? speaker.Name).Log(Level(e), default, e, e.Cause, static (e, _) => e.Message.ToString() ?? "");
        });
    }

    // A supervisor speaks for the actor that failed: a failure of Akka's transport is filed under the transport.
    private static Type Speaker(LogEvent e) => e.Cause?.GetType() is { Namespace: "Akka.Remote" } failure ? failure : e.LogClass;

    private static LogLevel Level(LogEvent e) => e.LogLevel() switch
    {
        Akka.Event.LogLevel.DebugLevel => LogLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
