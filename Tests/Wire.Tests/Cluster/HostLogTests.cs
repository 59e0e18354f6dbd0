using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Federated.Wire.Cluster;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Federated.Wire.Tests.Cluster;

public sealed class HostLogTests : IAsyncLifetime
{
    private readonly Channel<(string Category, LogLevel Level, string Message, Exception? Error)> _written =
        Channel.CreateUnbounded<(string Category, LogLevel Level, string Message, Exception? Error)>();
    private ActorSystem _system = null!;

    public Task InitializeAsync()
    {
        var config = ConfigurationFactory.ParseString(
            $"akka {{ loglevel = DEBUG, stdout-loglevel = OFF, loggers = [\"{typeof(HostLog).AssemblyQualifiedName}\"] }}");
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), new HostLogSetup(new Recorders(_written.Writer)));
        _system = ActorSystem.Create("logging", setup);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task Line_is_the_message_alone_under_the_name_of_the_class_that_said_it()
    {
        var error = new InvalidOperationException("Boom.");
        var log = Logging.GetLogger(_system, typeof(HostLogTests));
        log.Debug("Debug {0}.", 1);
        log.Info("Info {0}.", 2);
        log.Warning("Warning {0}.", 3);
        log.Error(error, "Error {0}.", 4);

        var category = typeof(HostLogTests).FullName!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var lines = _written.Reader.ReadAllAsync(patience.Token).Where(line => line.Category == category).Take(4);
        Assert.Equal(
        [
            (category, LogLevel.Debug, "Debug 1.", null),
            (category, LogLevel.Information, "Info 2.", null),
            (category, LogLevel.Warning, "Warning 3.", null),
            (category, LogLevel.Error, "Error 4.", error),
        ], await lines.ToListAsync());
    }

    private sealed class Recorders(ChannelWriter<(string, LogLevel, string, Exception?)> written) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, written);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class Recorder(string category, ChannelWriter<(string, LogLevel, string, Exception?)> written) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            written.TryWrite((category, logLevel, formatter(state, exception), exception));
    }
}
