# Runs etcd and kube-apiserver in a directory until standard input ends, then removes the directory, unless DIR/keep
# is there. In a directory with a kubeconfig the token stays.
# usage: sh control_plane.sh DIR ETCD KUBE_APISERVER CLIENT_PORT PEER_PORT SECURE_PORT
dir=$1 etcd=$2 kube_apiserver=$3 client=http://127.0.0.1:$4 peer=http://127.0.0.1:$5 secure_port=$6
trap '' INT HUP

"$etcd" --data-dir "$dir/etcd" --unsafe-no-fsync --log-level error \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" &
etcd_pid=$!

[ -s "$dir/tokens.csv" ] && token=$(cut -d, -f1 "$dir/tokens.csv") ||
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$token,admin,admin,system:masters" >"$dir/tokens.csv"
"$kube_apiserver" --etcd-servers "$client" --secure-port "$secure_port" --bind-address 127.0.0.1 \
    --advertise-address 127.0.0.1 --endpoint-reconciler-type none --cert-dir "$dir/certs" \
    --service-account-key-file "$dir/service-account.pub" \
    --service-account-signing-key-file "$dir/service-account.key" \
    --service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range 10.0.0.0/24 \
    --token-auth-file "$dir/tokens.csv" --authorization-mode RBAC \
    --disable-admission-plugins ServiceAccount &
apiserver_pid=$!

cat >"$dir/kubeconfig" <<END
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$secure_port", certificate-authority: "$dir/certs/apiserver.crt"}}]
users: [{name: admin, user: {token: $token}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
current-context: test
END
until [ -s "$dir/certs/apiserver.crt" ] || ! kill -0 $apiserver_pid; do sleep 0.1; done
: >"$dir/ready"

cat >/dev/null
kill -KILL $etcd_pid $apiserver_pid
wait
[ -e "$dir/keep" ] || rm -rf "$dir"
