FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src

# What decides the packages comes first, so that restoring is repeated only when it changes.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/ControlPlane.Contracts/*.csproj src/ControlPlane.Contracts/
COPY src/Projections/*.csproj src/Projections/
COPY src/ControlPlane/*.csproj src/ControlPlane/
RUN dotnet restore src/ControlPlane

COPY scripts/publish.sh scripts/
COPY src src
RUN scripts/publish.sh /app && mkdir /keys

# No shell, no package manager, not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
COPY catalog catalog
# A volume over it belongs to the user that the service runs as.
COPY --from=build --chown=$APP_UID:$APP_UID /keys /keys
ENV ASPNETCORE_HTTP_PORTS=8082 \
    Catalog__Path=/app/catalog \
    DOTNET_EnableDiagnostics=0
EXPOSE 8082
ENTRYPOINT ["dotnet", "ControlPlane.dll"]
